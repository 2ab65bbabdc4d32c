//! A020: Has a link that is a page by itself.
use weighbridge_guests::{guest, work_item};
use weighbridge_sdk::Page;
use weighbridge_sdk::records::Record;

guest!(pull: |_| {
    let mut lie = work_item("1");
    lie.url = Some("data:text/html,<script>1</script>".into());
    Page::done(vec![Record::from(lie)], &1)
});
