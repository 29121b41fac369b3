"""What programs leave out of our definitions, against code cut by hand."""

import textwrap

import pytest

from copying.unused import without_unused

FORM = '''
def power(x, exponent=2, *, scale=None, offset=0.0):
    """Raise to a power."""
    if scale is not None:
        x = x * 1.0
    if scale:  # a unit of one's own
        result = scale * x**exponent
    else:
        result = x**exponent
    return result if offset == 0.0 else result + offset
'''


def left(form, body):
    return "\n".join(without_unused([textwrap.dedent(form).strip("\n")], body))


def test_what_no_call_gives_is_its_default():
    assert left(FORM, "print(power(3))") == (
        'def power(x):\n    """Raise to a power."""\n    result = x**2\n    return result'
    )


def test_what_some_calls_give_stays():
    code = left(FORM, "print(power(3), power(3, 3), power(3, offset=1))")
    assert code.startswith("def power(x, exponent=2, *, offset=0.0):")
    assert "x**exponent" in code
    assert "result if offset == 0.0 else result + offset" in code
    assert "scale" not in code


def test_what_all_calls_give_is_given():
    code = left(FORM, "print(power(3, scale=2), power(4, scale=3))")
    assert code.startswith("def power(x, *, scale):")
    assert "else" not in code
    assert "result = scale * x**2" in code


@pytest.mark.parametrize("value", ["unit", "None", "0", "unit()", "unit.size", "[*units]", "()"])
def test_what_all_calls_give_may_be_none_or_zero(value):
    code = left(FORM, f"print(power(3, scale=2), power(4, scale={value}))")
    assert code.startswith("def power(x, *, scale):")
    assert "    if scale:  # a unit of one's own\n        result = scale * x**2\n    else:" in code


@pytest.mark.parametrize("value", ["'metre'", "0.5", "(unit, 2)", "lambda x: x"])
def test_what_is_surely_true_is_known(value):
    code = left("def f(*, scale=None):\n    return scale if scale else 1", f"f(scale={value})")
    assert code == "def f(*, scale):\n    return scale"


def test_a_default_that_all_calls_give_anew_goes():
    form = "def f(x, *, way='up', pace=1):\n    return x if way == 'up' else -x * pace"
    assert left(form, "f(1, way=here, pace=2), f(2, way='down')") == form.replace("='up', ", ", ")


@pytest.mark.parametrize(
    "body",
    ["map(power, [1, 2])", "power(1, **options)", "power(1, 2, scale=s, offset=o); power(3)"],
)
def test_where_it_cannot_be_told_all_stays(body):
    code = left(FORM, body)
    assert "scale=None" in code
    assert "offset=0.0" in code


def test_arguments_behind_a_star_may_be_any_by_place_but_none_by_name():
    assert left(FORM, "power(*values)").startswith("def power(x, exponent=2):")


def test_a_parameter_that_is_changed_stays():
    form = "def f(x, n=1):\n    n = n + 1\n    return x * n"
    assert left(form, "f(2)") == form


def test_names_of_attributes_and_arguments_are_left_alone():
    form = "def f(x, size=3):\n    return g(x.size, size=size)"
    assert left(form, "f(a)") == "def f(x):\n    return g(x.size, size=3)"


def test_conditions_are_followed():
    form = """
    def f(x, first=None, then="a"):
        if first or then == "a":
            x = x + 1
        if first and x:
            x = 0
        return (first or x) if then in ("a", "b") else then
    """
    # A test that is no constant, such as the last, stays as it is.
    assert left(form, "f(2)") == (
        'def f(x):\n    x = x + 1\n    return x if "a" in ("a", "b") else "a"'
    )


def test_a_chain_of_branches_stays():
    form = (
        "def f(x, n=0):\n    if x:\n        return 1\n    elif n:\n        return 2\n    return 3"
    )
    assert left(form, "f(1)") == form.replace(", n=0", "").replace("elif n", "elif 0")


def test_methods_and_functions_that_nothing_names_go():
    forms = [
        "def helper(x):\n    return x",
        "class Model:\n    def __init__(self, n=1):\n        self.n = n\n\n"
        "    def run(self):\n        return self.n\n\n"
        "    def save(self):\n        return helper(self)",
    ]
    assert without_unused(forms, "print(Model(2).run())") == [
        "class Model:\n    def __init__(self, n=1):\n        self.n = n\n\n"
        "    def run(self):\n        return self.n"
    ]


def test_methods_that_a_library_calls_stay():
    form = "class A(keras.layers.Layer):\n    def call(self, x):\n        return x"
    assert left(form, "A()(1)") == form


def test_what_remains_runs_as_before():
    for body in (
        "y = power(3)",
        "y = power(3, 3, scale=2)",
        "y = power(3, offset=1.5)",
        "unit = None\ny = power(3, scale=unit)",
    ):
        before, after = {}, {}
        exec(f"{FORM}\n{body}", before)
        exec(f"{left(FORM, body)}\n{body}", after)
        assert before["y"] == after["y"]
