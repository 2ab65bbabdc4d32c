;; A013: Is a core module.
(module (;as it is;) (func (export "pull")))
