"""How every page's kernel hands over its figures (see the matplotlibrc beside this folder)."""

c = get_config()  # type: ignore[name-defined]  # noqa: F821  (IPython provides it)

c.InlineBackend.figure_formats = {"svg"}
# The canvas as asked for, uncropped, and nothing in the file that differs between two builds.
c.InlineBackend.print_figure_kwargs = {
    "bbox_inches": None,
    "metadata": {"Date": None, "Creator": None, "Format": None, "Type": None},
}
# Nothing is kept from one run to the next.
c.HistoryManager.enabled = False
