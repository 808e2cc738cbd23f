package dev.tollgate.testing;

import io.vertx.core.net.JksOptions;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;

/** A key and a self-signed certificate. */
public final class TlsKeys {

    private static final String PASSWORD = "for-the-test";

    private TlsKeys() {}

    /** @param name that the certificate is for */
    public static JksOptions of(Path folder, String name) throws IOException, GeneralSecurityException {
        TestCa.Identity own = TestCa.selfSigned(name);
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry(
                "secure", own.keys().getPrivate(), PASSWORD.toCharArray(), new X509Certificate[] {own.certificate()});
        Path file = folder.resolve("keys.p12");
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, PASSWORD.toCharArray());
        }
        return new JksOptions().setPath(file.toString()).setPassword(PASSWORD);
    }
}
