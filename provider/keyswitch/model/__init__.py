"""What a program declares and what the state records: typed, frozen values and their parsers.

:mod:`~keyswitch.model.inputs` has each input once, in tables that the rest of the room follows.
:mod:`~keyswitch.model.parsing` reads the properties of one key, :mod:`~keyswitch.model.fleet` those of a fleet (many keys in
one resource), which :mod:`~keyswitch.model.codecs` brings into one form. :mod:`~keyswitch.model.register` reads the keys in
a stack's config and :mod:`~keyswitch.model.aws_settings` its ``aws:*`` settings. :mod:`~keyswitch.model.validators` check one
value, :mod:`~keyswitch.model.validation` a whole bag of properties, :mod:`~keyswitch.model.cross_validation` two inputs
together. This room imports messages. Read first: :mod:`~keyswitch.model.state`, with the declaration of a key and the
record of one.
"""
