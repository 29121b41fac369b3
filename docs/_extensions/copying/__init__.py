"""What a reader takes along: each cell as a program, each page as a notebook."""
