package dev.tollgate.storage;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.LogCapture;
import dev.tollgate.testing.Postgres;
import dev.tollgate.testing.Stores;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Programs that would misread rows do not run on them: here programs from before schema 39, which charge a later price at once. */
@Timeout(60)
class ShutOutTest {

    private static final String ADMIN_KEY = "admin-key-of-the-tests";
    private static final String COMPATIBLE = "SELECT value FROM installation WHERE name = 'compatible_from'";
    private static final String LATER = "\"output\":2000,\"from\":\"2099-12-01T00:00:00Z\"";
    private static final String OLDER_SERVER =
            "INSERT INTO node (id, lease_until, schema_known) VALUES ('node_old', 9999999999999, 38)";

    private static Gateway start(Stores stores) {
        Map<String, String> environment = Map.of("TOLLGATE_ADMIN_KEY", ADMIN_KEY);
        return stores == Stores.SQLITE ? Gateway.start(environment) : Gateway.startOn(Postgres.migrated(), environment);
    }

    private static Gateway.Reply set(Gateway gateway, String members) {
        return gateway.post(
                "/admin/models/gemini-3-pro/prices", "{" + members + ",\"reason\":\"for a test\"}", ADMIN_KEY);
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void a_price_of_a_newer_form_shuts_older_programs_out(Stores stores) {
        try (Gateway gateway = start(stores)) {
            assertThat(set(gateway, "\"output\":1000").status()).isEqualTo(201);
            assertThat(gateway.text(COMPATIBLE)).isEqualTo("31");
            assertThat(set(gateway, "\"cached_input\":16").status()).isEqualTo(201);
            assertThat(gateway.text(COMPATIBLE)).isEqualTo("39");
        }
    }

    @Test
    void a_price_is_refused_while_an_older_server_would_misread_it() {
        try (Gateway gateway = start(Stores.POSTGRESQL)) {
            gateway.execute(OLDER_SERVER);
            Gateway.Reply refused = set(gateway, LATER);
            assertThat(refused.status()).isEqualTo(409);
            assertThat(refused.error().get("message").asString())
                    .isEqualTo(
                            "Servers of an older version would charge this price wrongly: node_old. Replace them first.");
            assertThat(gateway.number("SELECT COUNT(*) FROM price_version")).isZero();
            assertThat(gateway.number("SELECT COUNT(*) FROM audit_log WHERE action = 'model.price'"))
                    .isZero();
            assertThat(gateway.text(COMPATIBLE)).isEqualTo("31");
            assertThat(set(gateway, "\"output\":1000").status()).isEqualTo(201); // each program reads it as it is meant
            gateway.execute("UPDATE node SET lease_until = 0 WHERE id = 'node_old'");
            assertThat(set(gateway, LATER).status()).isEqualTo(201);
            assertThat(gateway.text(COMPATIBLE)).isEqualTo("39");
        }
    }

    @ParameterizedTest
    @EnumSource(Stores.class)
    void a_start_shuts_older_programs_out_of_prices_they_misread(Stores stores) {
        try (Gateway gateway = start(stores)) {
            set(gateway, LATER);
            gateway.execute("UPDATE installation SET value = '31' WHERE name = 'compatible_from'");
            gateway.restart();
            assertThat(gateway.text(COMPATIBLE)).isEqualTo("39");
        }
    }

    @Test
    void a_start_next_to_an_older_server_warns_and_shuts_none_out() {
        try (Gateway gateway = start(Stores.POSTGRESQL);
                LogCapture log = new LogCapture()) {
            set(gateway, LATER);
            gateway.execute("UPDATE installation SET value = '31' WHERE name = 'compatible_from'");
            gateway.execute(OLDER_SERVER);
            gateway.restart();
            assertThat(gateway.text(COMPATIBLE)).isEqualTo("31");
            assertThat(log.text()).contains("servers of an older version misread prices or members: node_old");
        }
    }

    @Test
    void a_server_that_runs_in_spite_of_being_shut_out_raises_an_alarm() {
        try (Gateway gateway = start(Stores.POSTGRESQL);
                LogCapture log = new LogCapture()) {
            set(gateway, LATER);
            gateway.execute(OLDER_SERVER);
            gateway.restart();
            assertThat(log.text())
                    .contains("ALARM: servers of an older version misread rows of this database: node_old.");
        }
    }
}
