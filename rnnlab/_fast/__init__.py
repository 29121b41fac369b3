"""The engines: batches, network, layers, optimizers and the loop's two ways to take a step."""
