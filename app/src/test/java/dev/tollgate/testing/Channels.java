package dev.tollgate.testing;

import dev.tollgate.serving.Surroundings;
import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import tools.jackson.databind.JsonNode;

/** The whole program in front of channels of a file, with an operator who looks after them. */
public final class Channels extends ServedChannels<Gateway> {

    private Channels(String yaml, TestClock clock, RandomGenerator random, Map<String, String> variables) {
        super(yaml, file -> {
            Map<String, String> environment = new HashMap<>(variables);
            environment.put("TOLLGATE_CHANNELS_FILE", file.toString());
            environment.put("TOLLGATE_ADMIN_KEY", ADMIN_KEY);
            Surroundings surroundings = Surroundings.REAL.with(it -> {
                it.environment = environment::get;
                it.clock = clock == null ? it.clock : clock;
                it.random = random == null ? it.random : random;
            });
            return Gateway.start(surroundings, environment);
        });
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

    public Gateway.Reply admin() {
        return gateway().get("/admin/channels", ADMIN_KEY);
    }

    public JsonNode status(String id) {
        for (JsonNode channel : admin().json().get("data")) {
            if (channel.get("id").asString().equals(id)) {
                return channel;
            }
        }
        throw new AssertionError("no channel " + id);
    }
}
