"""What a class is handed: notebooks without and with answers, and what checks and marks them."""
