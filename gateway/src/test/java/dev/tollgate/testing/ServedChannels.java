package dev.tollgate.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A server in front of channels of a file, with one customer.
 *
 * @param <S> the whole program, or the gateway alone
 */
public abstract class ServedChannels<S extends KeysServer & SandboxServer> implements AutoCloseable {

    public static final String ADMIN_KEY = "admin-key-of-the-tests";
    public static final String KEY_A = "AIzaKeyOfChannelA0123456789abcdefghij";
    public static final String KEY_B = "AIzaKeyOfChannelB0123456789abcdefghij";
    public static final String CALL = """
            {"model":"gemini-2.5-pro","stream":%s,"messages":[{"role":"user","content":"Tell me"}]}""".replace("Tell me", Prompts.LONG);

    private final Path file;
    private final S server;
    private final Customer customer;

    /** A start with this file of channels. */
    protected interface Starting<S> {
        S with(Path file);
    }

    protected ServedChannels(String yaml, Starting<S> starting) {
        try {
            file = Files.createTempFile("channels", ".yaml");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        write(yaml);
        server = starting.with(file);
        customer = server.customer("10000");
    }

    /** Two of the Gemini API's, the first one preferred. */
    public static String firstAndSecond(FarServer first, FarServer second) {
        return """
                channels:
                  - {id: a, kind: gemini, base_url: "%s", key: %s, priority: 1}
                  - {id: b, kind: gemini, base_url: "%s", key: %s, priority: 2}
                """.formatted(first.url(), KEY_A, second.url(), KEY_B);
    }

    public static String one(String url) {
        return "channels:\n  - {id: a, kind: gemini, base_url: \"%s\", key: %s}\n".formatted(url, KEY_A);
    }

    public Path file() {
        return file;
    }

    public void write(String yaml) {
        try {
            Files.writeString(file, yaml);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public boolean reload(String yaml) {
        write(yaml);
        return server.upstreams().reload();
    }

    public S gateway() {
        return server;
    }

    public Customer customer() {
        return customer;
    }

    public RunningServer.Reply call() {
        return customer.chat(CALL.formatted(false));
    }

    public RunningServer.Reply stream() {
        return customer.chat(CALL.formatted(true));
    }

    public String text() {
        RunningServer.Reply reply = call();
        return reply.status() == 200
                ? reply.json().at("/choices/0/message/content").asString()
                : reply.status() + " " + reply.text();
    }

    @Override
    public void close() {
        server.assertBooksAreClosed();
        server.close();
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
