package dev.tollgate.testing;

import dev.tollgate.app.Surroundings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import tools.jackson.databind.JsonNode;

/** A gateway in front of channels of a file, with an operator who looks after them. */
public final class Channels implements AutoCloseable {

    public static final String ADMIN_KEY = AccountsServer.ADMIN_KEY;
    public static final String KEY_A = "AIzaKeyOfChannelA0123456789abcdefghij";
    public static final String KEY_B = "AIzaKeyOfChannelB0123456789abcdefghij";
    public static final String CALL = """
            {"model":"gemini-2.5-pro","stream":%s,"messages":[{"role":"user","content":"Tell me"}]}""".replace("Tell me", Prompts.LONG);

    private final Path file;
    private final Gateway gateway;
    private final Customer customer;

    private Channels(String yaml, TestClock clock, RandomGenerator random, Map<String, String> variables) {
        try {
            file = Files.createTempFile("channels", ".yaml");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        write(yaml);
        Map<String, String> environment = new HashMap<>(variables);
        environment.put("TOLLGATE_CHANNELS_FILE", file.toString());
        environment.put("TOLLGATE_ADMIN_KEY", ADMIN_KEY);
        Surroundings surroundings = Surroundings.REAL.with(it -> it.environment = environment::get);
        surroundings = clock == null ? surroundings : surroundings.with(it -> it.clock = clock);
        surroundings = random == null ? surroundings : surroundings.with(it -> it.random = random);
        gateway = Gateway.start(surroundings, environment);
        customer = gateway.customer("10000");
    }

    public static Channels of(String yaml) {
        return new Channels(yaml, null, null, Map.of());
    }

    public static Channels of(String yaml, TestClock clock) {
        return new Channels(yaml, clock, null, Map.of());
    }

    public static Channels of(String yaml, RandomGenerator random) {
        return new Channels(yaml, null, random, Map.of());
    }

    public static Channels of(String yaml, Map<String, String> variables) {
        return new Channels(yaml, null, null, variables);
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
        return gateway.app().upstreams().reload();
    }

    public Gateway gateway() {
        return gateway;
    }

    public Customer customer() {
        return customer;
    }

    public Gateway.Reply call() {
        return customer.chat(CALL.formatted(false));
    }

    public Gateway.Reply stream() {
        return customer.chat(CALL.formatted(true));
    }

    public String text() {
        Gateway.Reply reply = call();
        return reply.status() == 200
                ? reply.json().at("/choices/0/message/content").asString()
                : reply.status() + " " + reply.text();
    }

    public Gateway.Reply admin() {
        return gateway.get("/admin/channels", ADMIN_KEY);
    }

    public JsonNode status(String id) {
        for (JsonNode channel : admin().json().get("data")) {
            if (channel.get("id").asString().equals(id)) {
                return channel;
            }
        }
        throw new AssertionError("no channel " + id);
    }

    @Override
    public void close() {
        gateway.assertBooksAreClosed();
        gateway.close();
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
