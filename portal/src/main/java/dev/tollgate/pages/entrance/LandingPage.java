package dev.tollgate.pages.entrance;

import dev.tollgate.customers.people.SignUp;
import dev.tollgate.http.Route;
import dev.tollgate.models.Catalogue;
import dev.tollgate.models.FirstCall;
import dev.tollgate.models.ModelLife;
import dev.tollgate.pages.docs.ModelFacts;
import dev.tollgate.pages.frame.PageRequest;
import dev.tollgate.pages.frame.PageStep;
import dev.tollgate.pages.frame.Pages;
import dev.tollgate.pages.frame.Visitor;
import java.time.InstantSource;
import java.util.List;
import java.util.function.BooleanSupplier;
import templates.JtelandingGenerated;

/**
 * {@code /}: what this is, for strangers; others go to where they work.
 *
 * @param clock the time by which prices come into force
 * @param isMailOn asked each time: whether addresses are confirmed
 * @param hasStatus asked each time: whether there is a status page
 * @param version of the program; empty outside of a release
 */
public record LandingPage(
        Catalogue catalogue,
        ModelLife life,
        InstantSource clock,
        SignUp signUp,
        BooleanSupplier isMailOn,
        BooleanSupplier hasStatus,
        String version) {

    /** More of them have a page of their own, which can be searched. */
    private static final int MODELS_MAX = 6;

    /**
     * The facts of this server that the page shows.
     *
     * @param open whether strangers may create an account
     * @param beginsMicros what its balance is then
     * @param models the newest
     * @param all the number of models
     * @param status whether there is a status page
     */
    public record Offer(
            boolean open,
            long beginsMicros,
            List<ModelFacts> models,
            int all,
            FirstCall call,
            boolean status,
            String version) {}

    public List<Route<?>> routes(Pages pages) {
        return List.of(pages.get("/", pages.everybody(), this::show));
    }

    private PageStep show(PageRequest<Visitor> request) {
        if (request.visitor() instanceof Visitor.Member member) {
            return PageStep.to(member.person().isOperator() ? "/console" : "/dashboard");
        }
        List<ModelFacts> models = catalogue.all().stream()
                .map(model -> ModelFacts.of(model, catalogue, life, clock.instant()))
                .sorted(ModelFacts.NEWEST)
                .limit(MODELS_MAX)
                .toList();
        FirstCall call = FirstCall.of(
                request.address(),
                FirstCall.VARIABLE,
                life.lasting(catalogue.answering()).orElseThrow());
        Offer offer = new Offer(
                signUp.isOpen(),
                signUp.beginsMicros(isMailOn.getAsBoolean()),
                models,
                catalogue.all().size(),
                call,
                hasStatus.getAsBoolean(),
                version);
        return PageStep.show((out, shell) -> JtelandingGenerated.render(out, null, shell, offer));
    }
}
