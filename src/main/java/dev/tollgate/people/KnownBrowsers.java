package dev.tollgate.people;

import dev.tollgate.storage.SecretBox;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Browsers that somebody has signed in with. What others get wrong for their login elsewhere does not keep such a browser waiting; what it gets
 * wrong itself does. It proves nothing else. Nothing is kept of them here: the cookie says who it is good for, and our sign on it. Thread-safe.
 */
final class KnownBrowsers {

    private static final Duration GOOD_FOR = Duration.ofDays(180);
    private static final int ID_BYTES = 16;
    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

    private final SecretBox secrets;
    private final InstantSource clock;
    private final RandomGenerator random;

    KnownBrowsers(SecretBox secrets, InstantSource clock, RandomGenerator random) {
        this.secrets = secrets;
        this.clock = clock;
        this.random = random;
    }

    /** Of a sign-in that is whole. @param present what the browser has sent; keeps its name where it is this person's already */
    String cookie(String personId, @Nullable String present) {
        String known = id(personId, present);
        String id = known == null ? newId() : known;
        String name = id + "." + clock.instant().getEpochSecond();
        return name + "." + sign(personId, name);
    }

    private String newId() {
        byte[] bytes = new byte[ID_BYTES];
        random.nextBytes(bytes);
        return ENCODER.encodeToString(bytes);
    }

    /** What the browser is counted by; null where it is not known for this person, or was too long ago. */
    @Nullable
    String id(String personId, @Nullable String cookie) {
        String[] parts = cookie == null ? new String[0] : cookie.split("\\.", 4);
        if (parts.length != 3 || !parts[1].matches("[0-9]{1,12}")) {
            return null;
        }
        byte[] right = sign(personId, parts[0] + "." + parts[1]).getBytes(StandardCharsets.UTF_8);
        boolean isGood = MessageDigest.isEqual(right, parts[2].getBytes(StandardCharsets.UTF_8));
        long age = clock.instant().getEpochSecond() - Long.parseLong(parts[1]);
        return isGood && age < GOOD_FOR.toSeconds() ? parts[0] : null;
    }

    private String sign(String personId, String name) {
        return ENCODER.encodeToString(
                secrets.print("known browser", (personId + " " + name).getBytes(StandardCharsets.UTF_8)));
    }
}
