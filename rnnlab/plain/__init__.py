"""Reference forms: what one would write with Keras, TensorFlow and NumPy.

Each bears the name of something in the package that is longer because it
is fast, outlasts a kill, or checks what it is given, and stands in the
module of the same name. These check nothing, and leave out what no page
uses. Programs copied from pages hold these forms, and tests compare them
with the others.
"""
