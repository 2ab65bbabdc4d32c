//! What a guest did wrong.
