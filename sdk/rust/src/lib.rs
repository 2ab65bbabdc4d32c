mod bindings { wit_bindgen::generate!({ path: "../../wit", world: "connector", pub_export_macro: true }); }
