package dev.tollgate.http.engine;

import dev.tollgate.base.host.OperatorFile;
import dev.tollgate.base.log.Event;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificates of an address with TLS 1.2 or 1.3, its own and the accepted ones: from PEM files, which are looked at again ({@link #look}), so
 * that connections that begin after a change see what is new. Files that are not fit change nothing. Thread-safe.
 */
public final class Certificates {

    /** The interval of looks at the files; they are small, and an operator who replaces one waits for it. */
    public static final Duration LOOK_EVERY = Duration.ofSeconds(2);

    private static final Logger LOG = LoggerFactory.getLogger(Certificates.class);
    private static final int FILE_BYTES_MAX = 256 * 1024;
    private static final Pattern KEY =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
    private static final String CERTIFICATE_ALLOWED =
            "a PEM file with the server's certificate, followed by the chain to its root";
    private static final String KEY_ALLOWED =
            "a PEM file with the private key of the certificate (PKCS#8, not encrypted), which other users of this"
                    + " machine cannot read";
    private static final String CLIENTS_ALLOWED = "a PEM file with the certificate authorities of clients";

    private final Files files;
    private volatile Read current;
    private @Nullable String complaint;

    private Certificates(Files files, Read current) {
        this.files = files;
        this.current = current;
    }

    /** A file. @param name of what names it, as complaints begin */
    public record Named(String name, Path path) {}

    /** @param clients null: clients are not asked for certificates */
    public record Files(
            Named certificate, Named key, @Nullable Named clients) {}

    /** A file that cannot be used; the message names it, says what is wrong with it and what is allowed. */
    public static final class Unfit extends Exception {

        private static final long serialVersionUID = 1;

        private Unfit(Named file, String what, String allowed) {
            super("%s names a file that %s: %s; allowed is %s.".formatted(file.name(), what, file.path(), allowed));
        }
    }

    /** @param texts the contents of the files that it was made of */
    private record Read(List<String> texts, SslContext context) {}

    /** Reads the files. Blocks. */
    public static Certificates of(Files files) throws Unfit {
        return new Certificates(files, made(files, texts(files)));
    }

    /** Takes the files as they are now, where they have changed. Blocks; logs what has come of it, of the same fault once. */
    public synchronized void look() {
        try {
            List<String> texts = texts(files);
            if (!texts.equals(current.texts())) {
                current = made(files, texts);
                LOG.info(Event.CERTIFICATES_READ, "TLS certificates reloaded");
            }
            complaint = null;
        } catch (Unfit e) {
            if (!Objects.equals(complaint, e.getMessage())) {
                complaint = e.getMessage();
                LOG.warn(Event.CERTIFICATES_NOT_READ, "{} The previous certificates stay in use.", complaint);
            }
        }
    }

    /** Returns a handler for one connection. The slow parts of a handshake run on other threads: an event loop has others to serve. */
    SslHandler handler(ByteBufAllocator allocator) {
        return current.context()
                .newHandler(allocator, task -> Thread.ofVirtual().name("tls").start(task));
    }

    private static List<String> texts(Files files) throws Unfit {
        List<String> texts = new ArrayList<>();
        texts.add(text(files.certificate(), CERTIFICATE_ALLOWED));
        texts.add(text(files.key(), KEY_ALLOWED));
        if (isOpenToAll(files.key())) {
            throw new Unfit(files.key(), "other users of this machine can read", KEY_ALLOWED);
        }
        if (files.clients() != null) {
            texts.add(text(files.clients(), CLIENTS_ALLOWED));
        }
        return texts;
    }

    private static boolean isOpenToAll(Named file) throws Unfit {
        try {
            return OperatorFile.isOpenToAll(file.path());
        } catch (IOException e) {
            throw unreadable(file, e, KEY_ALLOWED);
        }
    }

    private static String text(Named file, String allowed) throws Unfit {
        try {
            return new String(OperatorFile.read(file.path(), FILE_BYTES_MAX), StandardCharsets.ISO_8859_1);
        } catch (OperatorFile.Unfit e) {
            throw new Unfit(file, String.valueOf(e.getMessage()), allowed);
        } catch (IOException e) {
            throw unreadable(file, e, allowed);
        }
    }

    private static Unfit unreadable(Named file, IOException cause, String allowed) {
        return new Unfit(file, cause instanceof NoSuchFileException ? "is not there" : "cannot be read", allowed);
    }

    private static Read made(Files files, List<String> texts) throws Unfit {
        X509Certificate[] chain = certificates(files.certificate(), texts.get(0), CERTIFICATE_ALLOWED);
        PrivateKey key = key(files.key(), texts.get(1), chain[0].getPublicKey());
        try {
            SslContextBuilder builder = SslContextBuilder.forServer(key, chain).sslProvider(SslProvider.JDK);
            if (files.clients() != null) {
                builder.trustManager(certificates(files.clients(), texts.get(2), CLIENTS_ALLOWED))
                        .clientAuth(ClientAuth.OPTIONAL);
            }
            return new Read(texts, builder.build());
        } catch (IOException e) {
            throw new Unfit(files.certificate(), "cannot be used", CERTIFICATE_ALLOWED);
        }
    }

    private static X509Certificate[] certificates(Named file, String text, String allowed) throws Unfit {
        try {
            X509Certificate[] read = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1)))
                    .toArray(X509Certificate[]::new);
            if (read.length > 0) {
                return read;
            }
        } catch (GeneralSecurityException e) {
            LOG.debug("{} holds no certificate", file.path(), e);
        }
        throw new Unfit(file, "holds no certificate", allowed);
    }

    /** Checks that key and certificate belong together. If an operator replaced only the certificate so far, every handshake would fail. */
    private static PrivateKey key(Named file, String text, PublicKey shown) throws Unfit {
        Matcher pem = KEY.matcher(text);
        if (!pem.find()) {
            throw new Unfit(file, "holds no private key", KEY_ALLOWED);
        }
        try {
            PrivateKey key = KeyFactory.getInstance(shown.getAlgorithm())
                    .generatePrivate(
                            new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(pem.group(1))));
            Signature signature = Signature.getInstance(signedBy(shown));
            signature.initSign(key);
            signature.update((byte) 1);
            byte[] signed = signature.sign();
            signature.initVerify(shown);
            signature.update((byte) 1);
            if (signature.verify(signed)) {
                return key;
            }
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            LOG.debug("{} does not fit", file.path()); // the cause may quote the key
        }
        throw new Unfit(file, "does not hold the private key of the certificate", KEY_ALLOWED);
    }

    private static String signedBy(PublicKey key) {
        return switch (key.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> key.getAlgorithm();
        };
    }
}
