"""Settings of the site, in groups; each that is not obvious has its reason."""

import os
import platform
import re
import shutil
import subprocess
import sys
from importlib.metadata import metadata, packages_distributions
from importlib.metadata import version as package_version
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE / "_extensions"), str(HERE.parent)]  # ours; and rnnlab for its reference

# -- Project ---------------------------------------------------------------------------------------

_package = metadata("rnnlab")
project = "rnnlab"
author = "the rnnlab maintainers"
copyright = f"2026, {author}. Code: MIT; prose and figures: CC BY 4.0"
version = release = _package["Version"]

# Where the site will stand and where its sources are. Unset, nothing points at a made-up place.
site_url = os.environ.get("RNNLAB_SITE_URL", "").rstrip("/")
repository_url = os.environ.get("RNNLAB_REPOSITORY_URL", "").rstrip("/").removesuffix(".git")
# The theme knows where a page is edited and an issue opened on these two; elsewhere it would fail.
has_buttons = bool(re.fullmatch(r"https://(github|gitlab)\.com/[^/]+/[^/]+", repository_url))

# -- Sources ---------------------------------------------------------------------------------------

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",  # each function of the reference links to its source
    "sphinxcontrib.bibtex",
    # Ours, one concern each.
    "shipping.site_fingerprint",  # a change in what shapes every page renders every page again
    "running.executed_pages",  # pages run first, Sphinx only reads
    "shipping.vendored",  # files of others are those of the list
    "showing.mathematics",  # formulas are set while the site is built
    "showing.tables",  # wide tables are cards on a phone
    "showing.inline_figures",  # figures are inline SVG that follows the page's colours
    "showing.numbers",  # figures, tables and equations are numbered on each page from one
    "showing.folds",  # what a first reader does not need is folded
    "showing.exercises",  # exercises have headings, answers are native <details>
    "showing.hidden_cells",  # hidden code is native <details>
    "showing.term_links",  # the first use of a word of the glossary is a link to it
    "showing.playground_links",  # {play}`words <series=walk>` sets the playground
    "showing.term_previews",  # a link to a word of the glossary shows its meaning
    "showing.page_times",  # {page-time}`read` and {page-time}`run`
    "showing.reference",  # a line an object, and the pages that use it
    "showing.scoreboard",  # the rows of the scoreboard as data
    "showing.workers",  # what several workers measured, as data
    "showing.rooms",  # the drawings of who imports whom
    "playing.playground",  # where the playground opens
    "playing.letters",  # where a network writes on or translates what the reader types
    "playing.hand",  # where a network writes by hand what the reader types
    "playing.checks",  # answers that check themselves, and the reader's progress
    "copying.programs",  # each cell as a program, each page as a notebook, and our wheel
    "shipping.joined_scripts",  # scripts of one folder are one file
    "shipping.files_as_scripts",  # what a page reads of other files works from a folder as well
    "shipping.page_styles",  # each page loads the style sheets that it needs
    "shipping.cut_fonts",  # icons and fonts are cut to what the site uses
    "shipping.content_policy",  # the policy is in each page and in header files
    "shipping.site_address",  # 404 page; and, where the address is set, sitemap and robots.txt
]
exclude_patterns = ["_build", "requirements", "_extensions"]
nitpicky = True  # a reference that leads nowhere fails the build ...
nitpick_ignore_regex = [("py:.*", r"(?!rnnlab\b).*")]  # ... but for other libraries' names

# -- Markdown --------------------------------------------------------------------------------------

nb_render_markdown_format = "myst"  # what a cell returns as Markdown may hold a table
nb_mime_priority_overrides = [("gettext", "image/svg+xml", 0)]  # translators get a figure's text
myst_enable_extensions = ["attrs_block", "attrs_inline", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
myst_update_mathjax = False  # there is no MathJax to configure
html_math_renderer = "katex"
numfig = True

# -- References ------------------------------------------------------------------------------------

bibtex_bibfiles = ["references.bib"]
bibtex_default_style = "plain"
bibtex_reference_style = "author_year"

# -- Reference of the package ----------------------------------------------------------------------

autodoc_member_order = "bysource"
autodoc_mock_imports = ["keras", "tensorflow"]  # docstrings do not need their 4 s of import
autodoc_typehints = "none"  # the docstrings say shapes and dtypes, which Python's types can't

# -- Appearance ------------------------------------------------------------------------------------

language = "en"
templates_path = ["_templates"]
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_js_files = [("site.js", {"defer": "defer"})]
html_theme = "sphinx_book_theme"
html_title = "rnnlab"
html_favicon = "_static/favicon.svg"
html_permalinks_icon = "#"
html_copy_source = True
html_sourcelink_suffix = ""
html_show_sphinx = False
html_use_index = False  # the reference lists every function; an index would be a second one
html_domain_indices = False
html_last_updated_fmt = None  # two builds are equal
html_baseurl = f"{site_url}/" if site_url else ""
# What a hosted page was made from; in a build at home, each commit would write all pages anew.
_command = ["git", "-C", str(HERE), "rev-parse", "HEAD"]
_commit = ""
if has_buttons and shutil.which("git"):
    _commit = subprocess.run(_command, capture_output=True, text=True, check=False).stdout.strip()
_tensorflow = package_version(packages_distributions()["tensorflow"][0])  # of either name
html_context = {
    "default_mode": "auto",  # follow the reader's system until they choose
    # A page's outputs are made again where one of these changes.
    "made_with": ", ".join(
        [f"CPython {platform.python_version()}"]
        + [f"{name} {package_version(name.lower())}" for name in ("Keras", "NumPy", "Matplotlib")]
        + [f"TensorFlow {_tensorflow}", f"rnnlab {version}"]
    ),
    "commit": _commit,
    "sources": f"{repository_url}/tree/{_commit}",
}
html_theme_options = {
    "navbar_persistent": [],  # the search is in the sidebar and the header; no third one on top
    "use_download_button": False,  # the header's own template offers source and notebook
    "use_fullscreen_button": False,
    "repository_url": repository_url if has_buttons else "",
    "use_edit_page_button": has_buttons,
    "use_issues_button": has_buttons,
    "path_to_docs": "docs",
    "show_navbar_depth": 1,
    "show_toc_level": 2,
    "toc_title": "On this page",
    "back_to_top_button": False,  # one more thing over the text of a phone
    "footer_content_items": ["copyright.html"],
    "primary_sidebar_end": [],
    "article_footer_items": [],  # the page's template has its own
}
html_sidebars = {"**": ["navbar-logo.html", "search-button-field.html", "sbt-sidebar-nav.html"]}

if site_url:
    # What a link to a page shows where it is shared; it needs absolute addresses.
    extensions += ["sphinxext.opengraph", "shipping.social_card"]
    ogp_site_url = html_baseurl
    ogp_image = f"{html_baseurl}_static/social-card.png"
    ogp_social_cards = {"enable": False}  # ours is drawn by `social_card`
    ogp_custom_meta_tags = ['<meta name="twitter:card" content="summary_large_image">']
