<<pulls>> (i32.const 1024))
