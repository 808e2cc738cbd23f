package dev.tollgate.testing;

import io.vertx.core.net.JksOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/** A mail server with TLS and a login, which is so careless as to say the password that it refuses. */
public final class SmtpStandIn implements AutoCloseable {

    /** How it protects its connections. */
    public enum Tls {
        IMPLICIT,
        STARTTLS,
        NONE
    }

    private final ServerSocket server;
    private final Tls tls;
    private final SSLContext context;
    private final String password;
    private final List<String> heard = new CopyOnWriteArrayList<>();

    /** @param keys the certificate's keys; null without TLS @param password the password that a sign-in needs */
    public SmtpStandIn(JksOptions keys, Tls tls, String password) {
        try {
            this.tls = tls;
            this.password = password;
            this.context = keys == null ? null : context(keys);
            this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException | GeneralSecurityException e) {
            throw new AssertionError(e);
        }
        Thread.ofVirtual().start(this::serve);
    }

    private static SSLContext context(JksOptions keys) throws IOException, GeneralSecurityException {
        char[] secret = keys.getPassword().toCharArray();
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(Path.of(keys.getPath()))) {
            store.load(in, secret);
        }
        KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        managers.init(store, secret);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), null, null);
        return context;
    }

    public int port() {
        return server.getLocalPort();
    }

    /** Returns every line received; {@code (tls)} where TLS began. */
    public List<String> heard() {
        return List.copyOf(heard);
    }

    private void serve() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                Thread.ofVirtual().start(() -> talk(socket));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void talk(Socket plain) {
        try (plain) {
            Talk talk = new Talk(tls == Tls.IMPLICIT ? secured(plain) : plain);
            talk.say("220 localhost");
            String line = talk.hear();
            while (line != null && !line.startsWith("QUIT")) {
                if (line.equals("STARTTLS")) {
                    talk.say("220 go on");
                    talk = new Talk(secured(plain));
                } else {
                    answer(talk, line);
                }
                line = talk.hear();
            }
            talk.say("221 bye");
        } catch (IOException | UncheckedIOException e) {
            heard.add("(gone)");
        }
    }

    private SSLSocket secured(Socket plain) throws IOException {
        SSLSocket secured = (SSLSocket) context.getSocketFactory().createSocket(plain, null, plain.getPort(), true);
        secured.setUseClientMode(false);
        secured.startHandshake();
        heard.add("(tls)");
        return secured;
    }

    private void answer(Talk talk, String line) throws IOException {
        if (line.startsWith("EHLO")) {
            talk.say(tls == Tls.STARTTLS && !talk.isSecured() ? "250-STARTTLS\r\n250 AUTH PLAIN" : "250 AUTH PLAIN");
        } else if (line.startsWith("AUTH PLAIN ")) {
            String shown =
                    new String(Base64.getDecoder().decode(line.substring(11)), StandardCharsets.UTF_8).split("\0")[2];
            talk.say(shown.equals(password) ? "235 welcome" : "535 5.7.8 " + shown + " is not the password");
        } else if (line.equals("DATA")) {
            talk.say("354 go on");
            String text = talk.hear();
            while (text != null && !text.equals(".")) {
                text = talk.hear();
            }
            talk.say("250 taken");
        } else {
            talk.say("250 fine");
        }
    }

    private final class Talk {

        private final Socket socket;
        private final BufferedReader in;
        private final OutputStream out;

        Talk(Socket socket) throws IOException {
            this.socket = socket;
            this.in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            this.out = socket.getOutputStream();
        }

        boolean isSecured() {
            return socket instanceof SSLSocket;
        }

        String hear() throws IOException {
            String line = in.readLine();
            if (line != null) {
                heard.add(line);
            }
            return line;
        }

        void say(String line) throws IOException {
            out.write((line + "\r\n").getBytes(StandardCharsets.UTF_8));
            out.flush();
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
