"""What readers do on the pages: answers that check themselves."""
