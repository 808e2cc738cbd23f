package dev.tollgate.books.receipts;

import dev.tollgate.base.json.CanonicalJson;
import java.nio.charset.StandardCharsets;
import java.security.PublicKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeType;
import tools.jackson.databind.node.ObjectNode;

/**
 * A presented receipt or head, byte for byte in the form in which it was issued.
 *
 * @param members without the signature
 * @param body the hashed and signed text
 */
record SignedObject(ObjectNode members, String body, byte[] signature) {

    private static final int FORM = 3;

    /** The members of a receipt of form 3 (D42, B8). */
    private static final Map<String, JsonNodeType> RECEIPT = Map.ofEntries(
            Map.entry("form", JsonNodeType.NUMBER),
            Map.entry("account", JsonNodeType.STRING),
            Map.entry("sequence", JsonNodeType.NUMBER),
            Map.entry("task_id", JsonNodeType.STRING),
            Map.entry("time", JsonNodeType.STRING),
            Map.entry("key", JsonNodeType.STRING),
            Map.entry("model", JsonNodeType.STRING),
            Map.entry("counts", JsonNodeType.OBJECT),
            Map.entry("price_version", JsonNodeType.STRING),
            Map.entry("priced_at", JsonNodeType.STRING),
            Map.entry("tier", JsonNodeType.STRING),
            Map.entry("step", JsonNodeType.NUMBER),
            Map.entry("due_micros", JsonNodeType.NUMBER),
            Map.entry("held_micros", JsonNodeType.NUMBER),
            Map.entry("charge_micros", JsonNodeType.NUMBER),
            Map.entry("end", JsonNodeType.STRING),
            Map.entry("balance_after_micros", JsonNodeType.NUMBER),
            Map.entry("previous_hash", JsonNodeType.STRING),
            Map.entry(Signer.KEY_ID, JsonNodeType.STRING));

    /** The shares of grants, which only receipts have of which general credits paid less than all. */
    private static final Map<String, JsonNodeType> GRANTS = Map.of("grants", JsonNodeType.STRING);

    /** The members of a head. */
    private static final Map<String, JsonNodeType> HEAD = Map.of(
            "account",
            JsonNodeType.STRING,
            "sequence",
            JsonNodeType.NUMBER,
            "hash",
            JsonNodeType.STRING,
            "time",
            JsonNodeType.STRING,
            Signer.KEY_ID,
            JsonNodeType.STRING);

    /** @throws IllegalArgumentException with the fault, if the bytes are not a receipt of form 3 in canonical form */
    static SignedObject receipt(byte[] bytes) {
        return parse(bytes, RECEIPT, GRANTS);
    }

    /** @throws IllegalArgumentException if the charge of a receipt is not what its own members say (P8a) */
    void requireCharge() {
        if (number("form") != FORM) {
            throw new IllegalArgumentException("of form " + number("form") + ", which this program does not know");
        }
        long charge = number("charge_micros");
        long due = number("due_micros");
        boolean fits =
                switch (text("end")) {
                    case "whole" -> charge == due;
                    case "cut" -> charge > due;
                    case "shortfall" -> charge < due;
                    default -> false;
                };
        if (!fits || charge > number("held_micros")) {
            throw new IllegalArgumentException("a charge that is not what its end says");
        }
        if (members.has("grants")) {
            requireShares(text("grants"), charge);
        }
    }

    /** @throws IllegalArgumentException if the shares of grants are none, or more than the charge */
    private static void requireShares(String grants, long charge) {
        Set<Long> numbers = new HashSet<>();
        long sum = 0;
        for (String share : grants.split(" ", -1)) {
            if (!share.matches("[1-9][0-9]{0,17}:[1-9][0-9]{0,17}")) {
                throw new IllegalArgumentException("shares of grants that are not number:micro-credits");
            }
            int colon = share.indexOf(':');
            if (!numbers.add(Long.valueOf(share.substring(0, colon)))) {
                throw new IllegalArgumentException("two shares of one grant");
            }
            sum = Math.min(charge + 1, Long.parseLong(share.substring(colon + 1)) + sum);
        }
        if (sum > charge) {
            throw new IllegalArgumentException("shares of grants that are more than the charge");
        }
    }

    /** @throws IllegalArgumentException with the fault, if the bytes are not a head in canonical form */
    static SignedObject head(byte[] bytes) {
        return parse(bytes, HEAD, Map.of());
    }

    /** @param further members that may be absent */
    private static SignedObject parse(byte[] bytes, Map<String, JsonNodeType> form, Map<String, JsonNodeType> further) {
        ObjectNode members = ReceiptJson.parse(new String(bytes, StandardCharsets.UTF_8));
        if (!Arrays.equals(bytes, CanonicalJson.text(members).getBytes(StandardCharsets.UTF_8))) {
            throw new IllegalArgumentException("not in the form in which it was issued (RFC 8785)");
        }
        JsonNode signature = members.remove(Signer.SIGNATURE);
        if (signature == null || !signature.isString()) {
            throw new IllegalArgumentException("without a signature");
        }
        Map<String, JsonNodeType> own = new HashMap<>(form);
        further.forEach((name, type) -> {
            if (members.has(name)) {
                own.put(name, type);
            }
        });
        if (!Set.copyOf(members.propertyNames()).equals(own.keySet())
                || !own.entrySet().stream()
                        .allMatch(field -> members.required(field.getKey()).getNodeType() == field.getValue())) {
            throw new IllegalArgumentException("not the fields that it should have");
        }
        return new SignedObject(members, CanonicalJson.text(members), decoded(signature.stringValue()));
    }

    /** Base64 has spare bits at its end, which a lenient decoder ignores. */
    private static byte[] decoded(String signature) {
        byte[] bytes = Base64.getDecoder().decode(signature);
        if (bytes.length != Ed25519.SIGNATURE_BYTES
                || !Base64.getEncoder().encodeToString(bytes).equals(signature)) {
            throw new IllegalArgumentException("not an Ed25519 signature in base64");
        }
        return bytes;
    }

    String text(String name) {
        return value(name).stringValue();
    }

    long number(String name) {
        return value(name).longValue();
    }

    /** The form has been checked: only a field of another form is missing. */
    private JsonNode value(String name) {
        return Objects.requireNonNull(members.get(name), name);
    }

    /** @throws IllegalArgumentException if the key is unknown, or did not sign this */
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
