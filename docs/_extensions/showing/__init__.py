"""How a page looks: figures, mathematics, answers, folds, terms."""
