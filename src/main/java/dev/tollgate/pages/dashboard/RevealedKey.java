package dev.tollgate.pages.dashboard;

import dev.tollgate.customers.keys.Key;
import dev.tollgate.customers.keys.KeyKind;
import dev.tollgate.customers.keys.KeyResult;
import dev.tollgate.models.FirstCall;
import dev.tollgate.models.Model;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Texts;
import java.time.Instant;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.Map;

/** A secret, shown this once: the answer to the form that has made it, so that it is in no address. */
final class RevealedKey {

    private RevealedKey() {}

    static PageStep show(PageRequest<?> request, KeyResult.Made made, KeyModels models, ZoneId zone) {
        Key key = made.key();
        Map<String, Object> params = new HashMap<>();
        params.put("id", key.id());
        params.put("name", key.settings().name());
        params.put("secret", made.secret());
        Model model = models.example(key);
        if (key.settings().kind() == KeyKind.MANAGEMENT || model == null) {
            params.put("curl", curl(request.address(), made, model == null ? "/v1/models" : "/v1/keys"));
        } else {
            params.put("call", FirstCall.of(request.address(), made.secret(), model));
        }
        Instant old = key.oldSecretUntil();
        if (old != null) {
            params.put("old", Texts.fullTime(old, zone));
        }
        return PageStep.show("dashboard/key-reveal.jte", params);
    }

    /** Returns a command for a key that cannot call a model. */
    private static String curl(String address, KeyResult.Made made, String path) {
        return "curl " + address + path + " \\\n  -H \"Authorization: Bearer " + made.secret() + "\"";
    }
}
