package dev.tollgate.books.receipts;

import dev.tollgate.base.json.CanonicalJson;
import dev.tollgate.storage.secrets.SecretBox;
import java.security.PrivateKey;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/** Signs what names its key. A private key is opened when it is first needed and forgotten with this object. One thread. */
final class Signer {

    static final String SIGNATURE = "signature";
    static final String KEY_ID = "key_id";

    private final List<SigningKey> keys;
    private final SecretBox secrets;
    private final Map<String, PrivateKey> opened = new HashMap<>();

    Signer(List<SigningKey> keys, SecretBox secrets) {
        this.keys = keys;
        this.secrets = secrets;
    }

    /**
     * @param body in canonical form, with the key's id
     * @return the same with its signature, in canonical form
     */
    String sign(String body) {
        ObjectNode members = ReceiptJson.parse(body);
        PrivateKey key = opened.computeIfAbsent(members.required(KEY_ID).stringValue(), this::open);
        members.put(SIGNATURE, Base64.getEncoder().encodeToString(Ed25519.sign(key, body)));
        return CanonicalJson.text(members);
    }

    private PrivateKey open(String id) {
        return keys.stream()
                .filter(key -> key.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the key " + id + " of a receipt is gone"))
                .open(secrets);
    }
}
