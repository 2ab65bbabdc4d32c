//! One call of a connector: what it is given and what comes of it.
