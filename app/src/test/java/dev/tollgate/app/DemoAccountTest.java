package dev.tollgate.app;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.base.config.SettingsLoader;
import dev.tollgate.serving.Surroundings;
import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.Migrated;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A user tries the program in a folder and then sets a real key there. */
@Timeout(240)
class DemoAccountTest {

    private static final Map<String, String> REAL = Map.of("GEMINI_API_KEY", "not-asked-here");
    private static final Map<String, String> DEMO = Map.of("TOLLGATE_DEMO_KEY", Gateway.DEMO_KEY);
    private static final String WARNING = "warning: the demo account of an earlier start can still call";

    @TempDir
    private Path data;

    @BeforeEach
    void begin() {
        Migrated.in(data);
    }

    @Test
    void a_demo_account_of_an_earlier_trial_causes_a_warning() {
        assertThat(told(REAL)).doesNotContain(WARNING);
        assertThat(told(DEMO)).doesNotContain(WARNING);
        String told = told(REAL);
        assertThat(told).contains(WARNING).doesNotContain(Gateway.DEMO_KEY);
        assertThat(told).containsPattern("\\./tollgate key disable --key key_[A-Za-z0-9]+");

        Map<String, String> both = new HashMap<>(REAL);
        both.putAll(DEMO);
        assertThat(told(both)).as("asked for").doesNotContain(WARNING);
    }

    @Test
    void a_demo_account_without_its_settings_buys_no_real_calls() {
        assertThat(told(Map.of())).contains("account acc_demo");
        assertThat(told(REAL)).doesNotContain(WARNING).doesNotContain("acc_demo");
        assertThat(told(Map.of())).as("it was real").doesNotContain("acc_demo").contains("has no real upstream");
        assertThat(told(DEMO)).as("asked for").contains("account acc_demo");
        assertThat(told(REAL)).as("what was asked for costs money").contains(WARNING);
    }

    @Test
    void a_demo_account_without_credits_starts() {
        Map<String, String> nothing = Map.of("TOLLGATE_DEMO_CREDITS", "0", "TOLLGATE_DEMO_KEY", Gateway.DEMO_KEY);
        assertThat(told(nothing)).contains("acc_demo", "0 credits");
        assertThat(told(nothing)).contains("acc_demo", "0 credits");
    }

    private String told(Map<String, String> environment) {
        Map<String, String> arguments = Map.of("port", "0", "data", data.toString());
        try (App app = App.start(SettingsLoader.load(arguments, environment), Surroundings.REAL)) {
            return app.banner().text();
        }
    }
}
