"""What a page's kernel is given: an environment, settings, and a way in that is not the network."""

from __future__ import annotations

import os
from pathlib import Path

from jupyter_client.manager import AsyncKernelManager

from running.environment import KERNEL_SETTINGS, MACHINE, own_environment
from running.forked_kernels import HAS_FORK, NAME


def kernel_environment(root: Path, hash_seed: int = 0) -> dict[str, str]:
    """Return the environment of a kernel, the same for every page.

    Args:
        root: Where our own packages lie; kernels import them from there.
        hash_seed: What Python hashes strings with.
    """
    return own_environment(MACHINE) | {
        # Beside ours lies what keeps a page off the network.
        "PYTHONPATH": os.pathsep.join([str(root), str(KERNEL_SETTINGS)]),
        "PYTHONHASHSEED": str(hash_seed),
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "MATPLOTLIBRC": str(KERNEL_SETTINGS / "matplotlibrc"),
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }


def kernel_manager(name: str, folder: Path) -> AsyncKernelManager:
    """Make what starts a kernel in a process of its own, with its connection in a folder."""
    connection = str(folder / "kernel.json")
    manager = AsyncKernelManager(kernel_name=name, connection_file=connection)
    if HAS_FORK:
        manager.transport = "ipc"
        assert manager.kernel_spec
        manager.kernel_spec.metadata["kernel_provisioner"] = {"provisioner_name": NAME}
    return manager
