"""Drawing many information sets at once, as arrays of numbers (METHOD 3).

What a number stands for, and which topics and practices may be drawn, is known in
:mod:`builder.stages.sampling`.
"""
