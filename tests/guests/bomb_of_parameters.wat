;; A012: Has a function of more parameters than functions have.
(component
  (core module
    (func (param [[1001 x i32 ]])))
  <<source>>)
