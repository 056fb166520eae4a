"""What is wrong with a question or an answer as a text, found without a model (METHOD 4, 8).

Each module finds one kind of flaw (:class:`.flaw.Flaw`, a reason with its evidence): :mod:`.pictures`,
:mod:`.tasks`, :mod:`.giveaways`, :mod:`.numbers` in a question, :mod:`.replies` in an answer; :mod:`.text` blanks
out formulas and quotations for them.  They are written to be silent on a good text, not to find every bad one.
Whether a problem can be solved, or an answer is right, is not known here.
"""
