"""What a program declares and what the state records, typed and frozen, and the only parsers of both.

Imports messages. Bags of properties become values in :mod:`~keyswitch.model.parsing` and nowhere else; what is
wrong with an input is found in :mod:`~keyswitch.model.validation`. Read first: :mod:`~keyswitch.model.state`, with
the declaration of a key and the record of one.
"""
