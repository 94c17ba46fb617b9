//! Makes sure that there is a console to embed: without a built one, a page that says how to build it.

use std::path::Path;

const PLACEHOLDER: &str = "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>Nearhand</title>\n\
    <p>This relay was built without its console. Run <code>npm ci &amp;&amp; npm run build</code> in\n\
    <code>console/</code> and build the relay again.</p></html>\n";

fn main() -> std::io::Result<()> {
    println!("cargo::rerun-if-changed=../console/dist");
    println!("cargo::rerun-if-changed=migrations");
    std::fs::create_dir_all("../console/dist")?;
    for page in ["index.html", "admin.html", "portal.html"] {
        let page = Path::new("../console/dist").join(page);
        if !page.exists() {
            std::fs::write(page, PLACEHOLDER)?;
        }
    }
    Ok(())
}
