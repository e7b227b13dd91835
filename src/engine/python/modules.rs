//! Which package brings a module, where their names differ. Data, and a look into it; asks no index.

/// Modules and their packages, by module. A module that is not here is looked for under its own name.
const PACKAGES: &[(&str, &str)] = &[
    ("Crypto", "pycryptodome"),
    ("Cryptodome", "pycryptodomex"),
    ("Levenshtein", "levenshtein"),
    ("MySQLdb", "mysqlclient"),
    ("OpenGL", "PyOpenGL"),
    ("OpenSSL", "pyOpenSSL"),
    ("PIL", "pillow"),
    ("PyPDF2", "PyPDF2"),
    ("Xlib", "python-xlib"),
    ("apt_pkg", "python-apt"),
    ("attr", "attrs"),
    ("bs4", "beautifulsoup4"),
    ("bson", "pymongo"),
    ("cairo", "pycairo"),
    ("caldav", "caldav"),
    ("cv2", "opencv-python"),
    ("dateutil", "python-dateutil"),
    ("discord", "discord.py"),
    ("dns", "dnspython"),
    ("docx", "python-docx"),
    ("dotenv", "python-dotenv"),
    ("ffmpeg", "ffmpeg-python"),
    ("fitz", "PyMuPDF"),
    ("geopy", "geopy"),
    ("gi", "PyGObject"),
    ("git", "GitPython"),
    ("github", "PyGithub"),
    ("gitlab", "python-gitlab"),
    ("google.protobuf", "protobuf"),
    ("gridfs", "pymongo"),
    ("grpc", "grpcio"),
    ("haversine", "haversine"),
    ("igraph", "igraph"),
    ("imageio_ffmpeg", "imageio-ffmpeg"),
    ("jose", "python-jose"),
    ("jwt", "PyJWT"),
    ("kafka", "kafka-python"),
    ("ldap", "python-ldap"),
    ("magic", "python-magic"),
    ("markdown", "Markdown"),
    ("mpl_toolkits", "matplotlib"),
    ("multipart", "python-multipart"),
    ("nacl", "PyNaCl"),
    ("osgeo", "GDAL"),
    ("paho", "paho-mqtt"),
    ("pkg_resources", "setuptools"),
    ("pptx", "python-pptx"),
    ("psycopg2", "psycopg2-binary"),
    ("pwiz", "peewee"),
    ("pylab", "matplotlib"),
    ("pymupdf", "PyMuPDF"),
    ("pyscreeze", "PyScreeze"),
    ("pythoncom", "pywin32"),
    ("rapidjson", "python-rapidjson"),
    ("redis", "redis"),
    ("ruamel", "ruamel.yaml"),
    ("sentence_transformers", "sentence-transformers"),
    ("serial", "pyserial"),
    ("skimage", "scikit-image"),
    ("sklearn", "scikit-learn"),
    ("skopt", "scikit-optimize"),
    ("slugify", "python-slugify"),
    ("socks", "PySocks"),
    ("speech_recognition", "SpeechRecognition"),
    ("telegram", "python-telegram-bot"),
    ("tlz", "toolz"),
    ("umap", "umap-learn"),
    ("usb", "pyusb"),
    ("vlc", "python-vlc"),
    ("websocket", "websocket-client"),
    ("werkzeug", "Werkzeug"),
    ("win32api", "pywin32"),
    ("win32com", "pywin32"),
    ("wx", "wxPython"),
    ("xdist", "pytest-xdist"),
    ("yaml", "PyYAML"),
    ("zmq", "pyzmq"),
];

/// The package that brings a module such as `sklearn.svm`.
pub fn package_of(module: &str) -> &str {
    let top = module.split('.').next().unwrap_or(module);
    let of = |name: &str| {
        let at = PACKAGES.binary_search_by_key(&name, |(module, _)| module);
        at.ok().map(|at| PACKAGES[at].1)
    };
    let two = module.match_indices('.').nth(1);
    let two = two.map_or(module, |(at, _)| &module[..at]);
    of(two).or_else(|| of(top)).unwrap_or(top)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_known_by_their_modules() {
        assert!(PACKAGES.is_sorted_by(|a, b| a.0 < b.0));
        assert!(PACKAGES.len() >= 60);
        for (module, package) in [
            ("cv2", "opencv-python"),
            ("PIL", "pillow"),
            ("PIL.Image", "pillow"),
            ("sklearn.svm", "scikit-learn"),
            ("yaml", "PyYAML"),
            ("google.protobuf.message", "protobuf"),
            ("pandas", "pandas"),
            ("pandas.io", "pandas"),
        ] {
            assert_eq!(package_of(module), package, "{module}");
        }
    }
}
