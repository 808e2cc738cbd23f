package dev.tollgate.customers.people;

import dev.tollgate.storage.secrets.SecretBox;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Recognises browsers with an earlier sign-in. Wrong passwords from elsewhere do not delay such a browser; its own wrong passwords do. That is
 * its only right. The server stores nothing: a signed cookie names the person. Thread-safe.
 */
record KnownBrowsers(SecretBox secrets, InstantSource clock, RandomGenerator random) {

    private static final Duration GOOD_FOR = Duration.ofDays(180);
    private static final int ID_BYTES = 16;
    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

    /** @param present the cookies that the browser has sent; it keeps its name if it is known for this person already */
    String cookie(String personId, List<String> present) {
        String known = id(personId, present);
        String id = known == null ? newId() : known;
        String name = id + "." + clock.instant().getEpochSecond();
        return name + "." + signs(personId, name).getFirst();
    }

    private String newId() {
        byte[] bytes = new byte[ID_BYTES];
        random.nextBytes(bytes);
        return ENCODER.encodeToString(bytes);
    }

    /** Returns the name that the browser is counted by; null if it is not known for this person, or was known too long ago. */
    @Nullable
    String id(String personId, List<String> cookies) {
        for (String cookie : cookies) {
            String id = id(personId, cookie);
            if (id != null) {
                return id;
            }
        }
        return null;
    }

    private @Nullable String id(String personId, String cookie) {
        String[] parts = cookie.split("\\.", 4);
        if (parts.length != 3 || !parts[1].matches("[0-9]{1,12}")) {
            return null;
        }
        byte[] given = parts[2].getBytes(StandardCharsets.UTF_8);
        boolean isGood = signs(personId, parts[0] + "." + parts[1]).stream()
                .anyMatch(right -> MessageDigest.isEqual(right.getBytes(StandardCharsets.UTF_8), given));
        long age = clock.instant().getEpochSecond() - Long.parseLong(parts[1]);
        return isGood && age < GOOD_FOR.toSeconds() ? parts[0] : null;
    }

    /** Returns our sign by each key, the present one first. */
    private List<String> signs(String personId, String name) {
        byte[] signed = (personId + " " + name).getBytes(StandardCharsets.UTF_8);
        return secrets.prints("known browser", signed).stream()
                .map(ENCODER::encodeToString)
                .toList();
    }
}
