//! The heap of a connector.
//!
//! An instance lives for one call, so the heap is made for a start that costs nothing and for few surprises after it: it
//! begins in memory that the module has from the start (growing is a call to the host, and fresh pages are faults), hands
//! out what was freed again by size, and never joins or returns anything.
//!
//! The rule: sizes are rounded up to a class; a freed block goes to the list of its class and serves that class alone. So
//! a block is found or made in a few instructions, and at most a quarter of it is lost to rounding.
#![expect(unsafe_code, reason = "an allocator hands out raw memory; on this target there is one thread")]

use core::alloc::{GlobalAlloc, Layout};
use core::cell::{Cell, UnsafeCell};
use core::ptr::null_mut;

#[global_allocator]
static HEAP: Heap = Heap { next: Cell::new(0), end: Cell::new(0), free: [const { Cell::new(null_mut()) }; CLASSES] };

/// Memory that is there from the start: a page of what a source sends, and the records made of it. What is not touched
/// costs nothing.
#[repr(align(16))]
struct Arena(UnsafeCell<[u8; ARENA]>);

static START: Arena = Arena(UnsafeCell::new([0; ARENA]));

const ARENA: usize = 6 * 1024 * 1024;
/// What the heap grows by at least: 1 MiB.
const GROWTH: usize = 16 * PAGE;
const PAGE: usize = 64 * 1024;
/// Every block is a multiple of this, and lies at one.
const UNIT: usize = 16;
/// Up to here there is a class for each multiple of [`UNIT`], beyond four for each doubling.
const SMALL: usize = 1024;
const SMALL_CLASSES: usize = SMALL / UNIT;
const CLASSES: usize = SMALL_CLASSES + 4 * 21;

struct Heap {
    /// Where the untouched memory begins; 0 before the first block.
    next: Cell<usize>,
    end: Cell<usize>,
    /// The freed blocks of each class; a block's first word is the next one.
    free: [Cell<*mut u8>; CLASSES],
}

// SAFETY: WebAssembly without the proposal `threads`, which the host does not run, has one thread.
unsafe impl Sync for Heap {}
// SAFETY: as above.
unsafe impl Sync for Arena {}

// SAFETY: blocks come from the arena or from grown memory, are handed out to one holder at a time, and are as large as
// their class, which is at least what was asked for.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.align() > UNIT {
            return self.carve(layout.size(), layout.align());
        }
        let (class, size) = class_of(layout.size());
        let block = self.free[class].get();
        if block.is_null() {
            return self.carve(size, UNIT);
        }
        // SAFETY: a freed block of any class has room for a pointer, which `dealloc` wrote.
        self.free[class].set(unsafe { block.cast::<*mut u8>().read() });
        block
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // What wants a wider border is rare, and is not used again.
        if layout.align() > UNIT {
            return;
        }
        let (class, size) = class_of(layout.size());
        if block as usize + size == self.next.get() {
            self.next.set(block as usize);
            return;
        }
        // SAFETY: the block is the heap's again, and has room for a pointer.
        unsafe { block.cast::<*mut u8>().write(self.free[class].get()) };
        self.free[class].set(block);
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new: usize) -> *mut u8 {
        let (_, before) = class_of(layout.size());
        let (_, after) = class_of(new);
        if layout.align() <= UNIT {
            if before == after {
                return block;
            }
            // The last block grows and shrinks where it is.
            let is_last = block as usize + before == self.next.get();
            if is_last && after <= self.end.get() - block as usize {
                self.next.set(block as usize + after);
                return block;
            }
        }
        // SAFETY: `new` is not zero and does not overflow when rounded up to the alignment, as the caller guarantees.
        let moved = unsafe { self.alloc(Layout::from_size_align_unchecked(new, layout.align())) };
        if !moved.is_null() {
            // SAFETY: two blocks, each at least as large as what is copied.
            unsafe {
                moved.copy_from_nonoverlapping(block, layout.size().min(new));
                self.dealloc(block, layout);
            }
        }
        moved
    }
}

impl Heap {
    /// Cut a block off the untouched memory.
    fn carve(&self, size: usize, align: usize) -> *mut u8 {
        if self.next.get() == 0 {
            self.next.set(START.0.get() as usize);
            self.end.set(START.0.get() as usize + ARENA);
        }
        let place = |next: usize| next.checked_next_multiple_of(align);
        let fits = |at: &usize| at.checked_add(size).is_some_and(|end| end <= self.end.get());
        let at = place(self.next.get()).filter(fits).or_else(|| {
            self.grow(size.checked_add(align)?)?;
            place(self.next.get()).filter(fits)
        });
        at.map_or(null_mut(), |at| {
            self.next.set(at + size);
            at as *mut u8
        })
    }

    /// Get more memory. Where it follows on the last, both are one.
    fn grow(&self, size: usize) -> Option<()> {
        let pages = size.max(GROWTH).div_ceil(PAGE);
        let before = core::arch::wasm32::memory_grow(0, pages);
        if before == usize::MAX {
            return None;
        }
        let begin = before * PAGE;
        if begin != self.end.get() {
            self.next.set(begin);
        }
        self.end.set(begin + pages * PAGE);
        Some(())
    }
}

/// The class of a size, and the size of its blocks.
const fn class_of(size: usize) -> (usize, usize) {
    let units = if size <= UNIT { 1 } else { size.div_ceil(UNIT) };
    if units <= SMALL_CLASSES {
        return (units - 1, units * UNIT);
    }
    // Between 2^n and 2^(n+1) lie four classes, a quarter of 2^n apart.
    let doubling = (size - 1).ilog2();
    let step = 1 << (doubling - 2);
    let quarters = (size - 1) / step - 3;
    let class = SMALL_CLASSES + 4 * (doubling - SMALL.ilog2()) as usize + quarters - 1;
    (class, (quarters + 4) * step)
}
