"""What keeps files whole at any moment: checkpoints, models, random state, interrupts."""
