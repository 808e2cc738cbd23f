package dev.tollgate.pages.dashboard.keys;

import dev.tollgate.keys.Key;
import dev.tollgate.keys.KeyKind;
import dev.tollgate.keys.KeyResult;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.FirstCall;
import dev.tollgate.models.Model;
import dev.tollgate.models.ModelLife;
import dev.tollgate.models.SoldTo;
import dev.tollgate.pages.docs.AgentSettings;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import templates.dashboard.JtekeyrevealGenerated;

/** A secret, shown this once: the answer to the form that has made it, so that it is in no address. */
final class RevealedKey {

    private RevealedKey() {}

    static PageStep show(PageRequest<?> request, KeyResult.Made made, SoldTo sold, ModelLife life, Instant now) {
        Catalogue catalogue = sold.catalogue(made.key().accountId(), now);
        Model model = life.lasting(catalogue.answering().stream()
                        .filter(each -> made.key().mayUse(each.id()))
                        .toList())
                .orElse(null);
        boolean calls = made.key().settings().kind() != KeyKind.MANAGEMENT && model != null;
        FirstCall call = calls ? FirstCall.of(request.address(), made.secret(), Objects.requireNonNull(model)) : null;
        String curl = calls ? null : curl(request.address(), made, model == null ? "/v1/models" : "/v1/keys");
        List<AgentSettings> agents = calls ? agents(request, made.secret(), made.key(), catalogue, life) : null;
        return PageStep.show((out, shell) -> JtekeyrevealGenerated.render(out, null, shell, made, call, curl, agents));
    }

    /** Returns the settings of coding agents for a key. @param secret the secret or a placeholder */
    static List<AgentSettings> agents(
            PageRequest<?> request, String secret, Key key, Catalogue catalogue, ModelLife life) {
        return AgentSettings.of(request.address(), secret, catalogue, life, model -> key.mayUse(model.id()));
    }

    /** Returns a command for a key that cannot call a model. */
    private static String curl(String address, KeyResult.Made made, String path) {
        return "curl " + address + path + " \\\n  -H \"Authorization: Bearer " + made.secret() + "\"";
    }
}
