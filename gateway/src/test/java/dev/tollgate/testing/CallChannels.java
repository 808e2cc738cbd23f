package dev.tollgate.testing;

import dev.tollgate.serving.Surroundings;
import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;

/** The gateway alone in front of channels of a file. */
public final class CallChannels extends ServedChannels<CallServer> {

    private CallChannels(String yaml, TestClock clock, RandomGenerator random, Map<String, String> variables) {
        super(yaml, file -> {
            Map<String, String> environment = new HashMap<>(variables);
            environment.put("TOLLGATE_CHANNELS_FILE", file.toString());
            environment.put("TOLLGATE_ADMIN_KEY", ADMIN_KEY);
            Surroundings surroundings = Surroundings.REAL.with(it -> {
                it.environment = environment::get;
                it.clock = clock == null ? it.clock : clock;
                it.random = random == null ? it.random : random;
            });
            return CallServer.start(surroundings, environment);
        });
    }

    public static CallChannels of(String yaml) {
        return new CallChannels(yaml, null, null, Map.of());
    }

    public static CallChannels of(String yaml, TestClock clock) {
        return new CallChannels(yaml, clock, null, Map.of());
    }

    public static CallChannels of(String yaml, RandomGenerator random) {
        return new CallChannels(yaml, null, random, Map.of());
    }

    public static CallChannels of(String yaml, Map<String, String> variables) {
        return new CallChannels(yaml, null, null, variables);
    }
}
