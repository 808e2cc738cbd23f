package dev.tollgate.testing;

import static dev.tollgate.testing.Asserts.assertThat;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Objects;
import tools.jackson.databind.JsonNode;

/** Closed schemas of everything that may leave the program: an unforeseen member fails the test. */
public enum OutgoingSchema {
    COMPLETION,
    CHUNK,
    ERROR,
    /** The bodies and events of Messages. */
    MESSAGES,
    /** A response of the Responses door and its events, by OpenAI's own schema, which is open. */
    RESPONSES,
    /** Checks the same by a closed schema of our own, which requires what Open Responses does. */
    OPENRESPONSES;

    private final Schema schema = read();

    private Schema read() {
        String name = "/schemas/" + name().toLowerCase(Locale.ROOT) + ".schema.json";
        try (InputStream source = OutgoingSchema.class.getResourceAsStream(name)) {
            return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(Objects.requireNonNull(source, name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void check(JsonNode node) {
        assertThat(schema.validate(node)).as("%s", node).isEmpty();
    }
}
