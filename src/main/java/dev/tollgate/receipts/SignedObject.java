package dev.tollgate.receipts;

import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;

/**
 * A receipt or a head as somebody shows it, to the byte in the form in which it was issued.
 *
 * @param members the signature left out
 * @param body what was hashed and signed
 */
record SignedObject(SortedMap<String, Object> members, String body, byte[] signature) {

    /** What a receipt consists of (D42). */
    static final Map<String, Class<?>> RECEIPT = Map.ofEntries(
            Map.entry("account", String.class),
            Map.entry("sequence", Long.class),
            Map.entry("task_id", String.class),
            Map.entry("time", String.class),
            Map.entry("key_prefix", String.class),
            Map.entry("model", String.class),
            Map.entry("usage", SortedMap.class),
            Map.entry("price_version", String.class),
            Map.entry("charge_micros", Long.class),
            Map.entry("balance_after_micros", Long.class),
            Map.entry("previous_hash", String.class),
            Map.entry(Signer.KEY_ID, String.class));

    /** What a head consists of. */
    static final Map<String, Class<?>> HEAD = Map.of(
            "account",
            String.class,
            "sequence",
            Long.class,
            "hash",
            String.class,
            "time",
            String.class,
            Signer.KEY_ID,
            String.class);

    /** @throws IllegalArgumentException with what is wrong, when the bytes are not such an object in its canonical form */
    static SignedObject parse(byte[] bytes, Map<String, Class<?>> form) {
        SortedMap<String, Object> members = CanonicalJson.parse(new String(bytes, StandardCharsets.UTF_8));
        if (!Arrays.equals(bytes, CanonicalJson.text(members).getBytes(StandardCharsets.UTF_8))) {
            throw new IllegalArgumentException("not in the form in which it was issued (RFC 8785)");
        }
        if (!(members.remove(Signer.SIGNATURE) instanceof String signature)) {
            throw new IllegalArgumentException("without a signature");
        }
        if (!members.keySet().equals(form.keySet())
                || !form.entrySet().stream()
                        .allMatch(field -> field.getValue().isInstance(members.get(field.getKey())))) {
            throw new IllegalArgumentException("not the fields that it should have");
        }
        return new SignedObject(members, CanonicalJson.text(members), decoded(signature));
    }

    /** Base64 has spare bits at its end, which a lenient decoder does not look at. */
    private static byte[] decoded(String signature) {
        byte[] bytes = Base64.getDecoder().decode(signature);
        if (bytes.length != Ed25519.SIGNATURE_BYTES
                || !Base64.getEncoder().encodeToString(bytes).equals(signature)) {
            throw new IllegalArgumentException("not an Ed25519 signature in base64");
        }
        return bytes;
    }

    String text(String name) {
        return String.class.cast(value(name));
    }

    long number(String name) {
        return Long.class.cast(value(name));
    }

    /** The form has been checked: only a field of another form is missing. */
    private Object value(String name) {
        return Objects.requireNonNull(members.get(name), name);
    }

    /** @throws IllegalArgumentException when the key is not known, or has not signed this */
    void requireSignature(PublicKeys keys) {
        PublicKey key = keys.find(text(Signer.KEY_ID));
        if (key == null) {
            throw new IllegalArgumentException("signed with a key that is not among those given");
        }
        if (!Ed25519.verifies(key, body, signature)) {
            throw new IllegalArgumentException("the signature does not fit");
        }
    }
}
