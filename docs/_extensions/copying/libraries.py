"""What calls into libraries change, by the names of what is called.

The rule is that a call changes whatever has state: every argument that is no data, and the object
whose method it is. What is listed here are the exceptions. A function that is missing in a list
makes a snippet longer than it need be, never shorter.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Collection, Sequence

import numpy as np

from .values import DATA, DRAWING, GENERATOR, MODEL, NETWORK, STATE, Value

BY_LIBRARY = {
    "numpy": DATA,
    "tensorflow": DATA,
    "matplotlib": DRAWING,
    "keras": MODEL,
    "h5py": STATE,  # files that stay open
}
# The libraries that a snippet may import besides Python's own.
ALLOWED = frozenset(BY_LIBRARY)

RESULTS = {
    r"numpy\.random\.(default_rng|RandomState|Generator|SeedSequence|PCG64|MT19937)": GENERATOR,
    r"tensorflow\.random\.Generator.*": GENERATOR,
    r"numpy\.(vectorize|frompyfunc)": STATE,
    r"tensorflow\.(Variable|GradientTape|Module|function|data|nest|Graph|summary|queue|lookup|train)"
    r"\b.*": STATE,
    r"(tensorflow\.)?keras\.(ops|random|utils|losses|metrics|activations|config)\.[a-z_0-9]+": DATA,
    r"(tensorflow\.)?keras\.((layers\.)?Input(Layer)?|Model)": NETWORK,
    r"tensorflow\.keras\..*": MODEL,
}
# Draw from, or seed, the generators that belong to no one.
DRAWS = re.compile(
    r"numpy\.random\.(?!default_rng|RandomState|Generator|SeedSequence|PCG64|MT19937)\w+"
    r"|random\.(?!Random)\w+"
    r"|tensorflow\.random\.(?!stateless_|Generator)\w+"
    r"|(tensorflow\.)?keras\.random\..*"
)
# Draw the weights of what they make, or the seeds for these.
MAKES = re.compile(
    r"(tensorflow\.)?keras\.((layers\.(?!Input)|models\.|initializers\.|applications\.).*|Sequential)"
)
SEEDED = re.compile(
    r"(tensorflow\.)?keras\.(initializers|random)\..*"
)  # ... unless `seed=` is given
SEEDS_ALL = re.compile(r"(tensorflow\.)?keras\.utils\.set_random_seed")
PRINTS_OTHERWISE = re.compile(r"numpy\.(set_printoptions|set_string_function)")
SETTINGS = re.compile(
    r".*\.(set_(?!random_seed|printoptions)\w+|enable_\w+|disable_\w+|use|rc|rcdefaults|seterr"
    r"|rcParams.*|run_functions_eagerly|clear_session|simplefilter|filterwarnings)"
)
FILES = re.compile(
    r".*\b(open|save\w*|load\w*|genfromtxt|fromfile|tofile|(read|write)_\w+|mkdir|unlink|rename"
    r"|replace_file|touch|rmtree|copyfile|remove|makedirs|TemporaryDirectory|mkdtemp|restore)"
)
# Change their first argument, though it may be data.
CHANGES_FIRST = re.compile(
    r"numpy\.(copyto|put|place|putmask|fill_diagonal|put_along_axis|random\.shuffle|\w+\.at)"
    r"|random\.shuffle|heapq\.\w+|bisect\.insort\w*|builtins\.(next|setattr|delattr)"
    r"|operator\.(i\w+|setitem|delitem)"
)
# Give something new, which shares nothing with the arguments.
FRESH = re.compile(
    r"builtins\.(len|int|float|complex|str|bool|bytes|repr|ascii|format|abs|round|divmod|pow|range"
    r"|print|display|isinstance|issubclass|callable|hasattr|type|hash|id|any|all|ord|chr|input)"
    r"|numpy\.(copy|array|(zeros|ones|full|empty)(_like)?|arange|linspace|eye|concatenate|stack"
    r"|mean|sum|std|var|min|max|abs|sqrt|exp|log\w*|sin|cos|tan|tanh|linalg\.\w+|testing\.\w+)"
    r"|copy\.deepcopy|math\.\w+|time\.\w+"
)
# Give something that moves on whenever it is used.
ITERATES = re.compile(
    r"builtins\.(iter|map|filter|zip|enumerate|reversed)|itertools\.\w+|csv\.\w*reader"
)
# Put what they are given into something, or look at it, and run nothing of it.
COLLECTS = re.compile(
    r"builtins\.(zip|enumerate|list|tuple|set|frozenset|dict|reversed|iter|len|isinstance|callable"
    r"|type|id|print|display|repr|str|getattr|hasattr|range)"
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Methods that leave their object as it is, and what has state among their arguments too.
READS = _words(
    "numpy copy item tolist mean sum std var min max argmin argmax round clip dot cumsum prod all"
    " any nonzero astype reshape ravel flatten transpose swapaxes squeeze view tobytes keys values"
    " items get index count join split strip lstrip rstrip replace format startswith endswith upper"
    " lower title capitalize center ljust rjust zfill splitlines partition rpartition encode decode"
    " isdigit isalpha get_config count_params summary predict evaluate union"
    " intersection difference issubset issuperset as_list value total_seconds isoformat group"
    " groups match search fullmatch findall finditer gradient jacobian"
)
# ... and among these, those whose result is new.
COPIES = _words(
    "numpy item tolist mean sum std var min max argmin argmax round dot cumsum prod all any astype"
    " get_config predict evaluate count_params summary as_list tobytes gradient"
    " jacobian"
)
# Methods of collections and arrays that change them in place.
CHANGES = _words(
    "append extend insert pop popitem popleft appendleft remove clear update setdefault add discard"
    " reverse sort fill put resize partition itemset setflags setfield byteswap rotate write assign"
    " assign_add assign_sub"
)
# Methods and attributes of a model that do not depend on its weights.
WEIGHTLESS = _words(
    "set_weights build compile add count_params get_config get_layer layers built input_shape"
    " output_shape units"
)
# Attributes that are plain numbers or text whatever they belong to.
PLAIN = _words("shape size dtype ndim name itemsize nbytes __name__ __doc__")


def result_of(path: str) -> str:
    """Return what a call of a library's function gives."""
    for pattern, kind in RESULTS.items():
        if re.fullmatch(pattern, path):
            return kind
    root = path.partition(".")[0]
    return BY_LIBRARY.get(root, DATA if root in sys.stdlib_module_names else STATE)


def is_known(path: str) -> bool:
    """Tell whether a function's library is one that changes no argument by itself."""
    root = path.partition(".")[0]
    return root in BY_LIBRARY or root in sys.stdlib_module_names or root == "builtins"


def outputs(paths: Collection[str], arguments: Sequence[Value]) -> Sequence[Value]:
    """Return the arguments without a name that a function of NumPy writes its results to."""
    found = []
    for path in paths:
        root, *names = path.split(".")
        function = np if root == "numpy" else None
        for name in names:
            function = getattr(function, name, None)
        if isinstance(function, np.ufunc):
            found += arguments[function.nin :]
        elif getattr(function, "__wrapped__", None) or inspect.isfunction(function):
            order = list(inspect.signature(function).parameters)
            place = order.index("out") if "out" in order else len(arguments)
            found += arguments[place : place + 1]
    return found


def changes_its_library(path: str) -> bool:
    """Tell whether a call changes something that a library holds: `sys.path.append` does."""
    root, _, rest = path.partition(".")
    holder, _, method = rest.rpartition(".")
    return bool(holder) and method in CHANGES and root in sys.stdlib_module_names


def hands_on(path: str) -> bool:
    """Tell whether a function may give what a function that it is given gives: `map` does."""
    root = path.partition(".")[0]
    return root == "builtins" or root in sys.stdlib_module_names
