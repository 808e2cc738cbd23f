package dev.tollgate.portal;

import dev.tollgate.keys.Key;
import dev.tollgate.keys.KeyKind;
import dev.tollgate.keys.KeyResult;
import dev.tollgate.pages.PageRequest;
import dev.tollgate.pages.PageStep;
import dev.tollgate.pages.Texts;
import java.time.Instant;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A secret, shown this once: the answer to the form that has made it, so that it is in no address. */
final class RevealedKey {

    private RevealedKey() {}

    static PageStep show(PageRequest<?> request, KeyResult.Made made, KeyModels models, ZoneId zone) {
        Key key = made.key();
        Map<String, Object> params = new HashMap<>();
        params.put("id", key.id());
        params.put("name", key.settings().name());
        params.put("secret", made.secret());
        params.put("curl", curl(request.address(), made, models.example(key)));
        Instant old = key.oldSecretUntil();
        if (old != null) {
            params.put("old", Texts.fullTime(old, zone));
        }
        return PageStep.show("dashboard/key-reveal.jte", params);
    }

    private static String curl(String address, KeyResult.Made made, @Nullable String model) {
        String bearer = " \\\n  -H \"Authorization: Bearer " + made.secret() + "\"";
        if (made.key().settings().kind() == KeyKind.MANAGEMENT || model == null) {
            return "curl " + address + (model == null ? "/v1/models" : "/v1/keys") + bearer;
        }
        return "curl " + address + "/v1/chat/completions" + bearer + " \\\n  -H \"Content-Type: application/json\""
                + " \\\n  -d '{\"model\":\"" + model + "\",\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}'";
    }
}
