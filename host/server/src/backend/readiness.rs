//! Whether requests can be served. Open to all, so a check says that something is wrong and never what.

use api::{Check, Pending, Readiness};
use store::{Store, meta};

use super::StoreBackend;

impl Readiness for StoreBackend {
    fn check(&self) -> Pending<'_, Vec<Check>> {
        Box::pin(async { Ok(vec![check_store(&self.store).await]) })
    }
}

/// Whether the control database can be read, which every request begins with.
async fn check_store(store: &Store) -> Check {
    let name = "store".to_owned();
    match store.system_read("check the store", async |tx| meta::find(tx, meta::INSTANCE_ID).await).await {
        Ok(_) => Check { name, good: true, detail: None },
        Err(error) => {
            tracing::warn!(error = &error as &dyn std::error::Error, "readiness.store.failed");
            Check { name, good: false, detail: Some("the store does not answer".to_owned()) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::testing::Bench;

    #[tokio::test]
    async fn a_store_that_does_not_answer_is_not_ready_and_says_nothing_of_why() {
        let bench = Bench::new().await;
        assert!(check_store(&bench.store).await.good);
        bench.store.close().await;
        let detail = Some("the store does not answer".to_owned());
        assert_eq!(check_store(&bench.store).await, Check { name: "store".to_owned(), good: false, detail });
    }
}
