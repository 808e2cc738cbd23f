package dev.tollgate.books.receipts;

import dev.tollgate.storage.sql.Reads;
import java.io.StringWriter;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** The keys that sign, and how their public parts are shown. */
final class SigningKeys {

    private static final JsonFactory JSON = new JsonFactory();
    private static final String SELECT =
            "SELECT id, public_key, sealed_private, created_at, retired_at FROM signing_key ORDER BY number";

    private SigningKeys() {}

    static List<SigningKey> all(Reads sql) throws SQLException {
        return sql.list(SELECT, SigningKeys::key);
    }

    private static SigningKey key(ResultSet row) throws SQLException {
        long retiredAt = row.getLong("retired_at");
        boolean retired = !row.wasNull(); // speaks of the column that was read last
        return new SigningKey(
                row.getString("id"),
                row.getString("public_key"),
                row.getString("sealed_private"),
                Instant.ofEpochMilli(row.getLong("created_at")),
                retired ? Instant.ofEpochMilli(retiredAt) : null);
    }

    static String json(List<SigningKey> keys) {
        StringWriter text = new StringWriter(256);
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
            json.writeStartObject();
            json.writeArrayPropertyStart("keys");
            keys.forEach(key -> write(json, key));
            json.writeEndArray();
            json.writeEndObject();
        }
        return text.toString();
    }

    private static void write(JsonGenerator json, SigningKey key) {
        Instant retiredAt = key.retiredAt();
        json.writeStartObject();
        json.writeStringProperty("key_id", key.id());
        json.writeStringProperty("algorithm", Ed25519.NAME);
        json.writeStringProperty("public_key", key.publicKey());
        if (retiredAt == null) {
            json.writeNullProperty("retired_at");
        } else {
            json.writeNumberProperty("retired_at", retiredAt.getEpochSecond());
        }
        json.writeEndObject();
    }
}
