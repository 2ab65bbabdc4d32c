;; A008: Makes a continuation.
(component
  (core module
    (type $f (func)) (type $c (cont $f)) (func (param (ref $f)) (drop (cont.new $c (local.get 0)))))
  <<source>>)
