package dev.tollgate.books.receipts;

import java.security.PublicKey;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** The keys that check receipts: the JSON of {@code GET /v1/receipts/key}, as saved. Immutable. */
public final class PublicKeys {

    /** A limit on keys: more than an installation will ever use, and few enough to be read at once. */
    public static final int KEYS_MAX = 1_000;

    private static final JsonFactory JSON = new JsonFactory();

    private final Map<String, PublicKey> byId;

    private PublicKeys(Map<String, PublicKey> byId) {
        this.byId = Map.copyOf(byId);
    }

    /** @throws IllegalArgumentException with a sentence, if the text is something else */
    public static PublicKeys parse(String json) {
        try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), json)) {
            Map<String, PublicKey> keys = new HashMap<>();
            require(parser.nextToken() == JsonToken.START_OBJECT, "not a JSON object");
            for (String name = parser.nextName(); name != null; name = parser.nextName()) {
                parser.nextToken();
                if (name.equals("keys")) {
                    readKeys(parser, keys);
                } else {
                    parser.skipChildren();
                }
            }
            require(!keys.isEmpty(), "no keys in it");
            return new PublicKeys(keys);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("not JSON", e);
        }
    }

    private static void readKeys(JsonParser parser, Map<String, PublicKey> keys) {
        require(parser.currentToken() == JsonToken.START_ARRAY, "'keys' is not a list");
        while (parser.nextToken() == JsonToken.START_OBJECT) {
            require(keys.size() < KEYS_MAX, "more than " + KEYS_MAX + " keys");
            readKey(parser, keys);
        }
    }

    private static void readKey(JsonParser parser, Map<String, PublicKey> keys) {
        Map<String, String> members = new HashMap<>();
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
            if (parser.nextToken() == JsonToken.VALUE_STRING) {
                members.put(name, parser.getString());
            } else {
                parser.skipChildren();
            }
        }
        String id = members.get(Signer.KEY_ID);
        String publicKey = members.get("public_key");
        if (id == null || publicKey == null || !Ed25519.NAME.equals(members.get("algorithm"))) {
            throw new IllegalArgumentException("a key without key_id, public_key or the algorithm " + Ed25519.NAME);
        }
        keys.put(id, Ed25519.publicKey(Base64.getDecoder().decode(publicKey)));
    }

    @Nullable
    PublicKey find(String id) {
        return byId.get(id);
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }
}
