//! What every database behind the store must do: one suite, run on SQLite and on PostgreSQL.

#[path = "contract/exports.rs"]
mod exports;
#[path = "contract/journal.rs"]
mod journal;
#[path = "contract/leases.rs"]
mod leases;
#[path = "contract/outbox.rs"]
mod outbox;
#[path = "contract/place.rs"]
mod place;
#[path = "contract/requests.rs"]
mod requests;

/// Makes one test per behavior and database.
macro_rules! on_both {
    ($($group:ident { $($behavior:ident),* $(,)? })*) => {
        mod sqlite {
            $(mod $group { $(
                #[tokio::test]
                async fn $behavior() {
                    crate::$group::$behavior(crate::place::Place::sqlite().await).await;
                }
            )* })*
        }
        mod postgres {
            $(mod $group { $(
                #[tokio::test]
                async fn $behavior() {
                    crate::$group::$behavior(crate::place::Place::postgres().await).await;
                }
            )* })*
        }
    };
}

on_both! {
    journal {
        records_come_back_in_order_and_page_by_page,
        large_bodies_end_a_page,
        board_is_made_once_with_its_first_records,
        boards_are_listed_by_id_in_pages,
        wrong_revision_is_refused_and_nothing_is_written,
        concurrent_appends_are_gapless_and_in_the_order_of_the_calls,
        refused_append_does_not_fail_its_neighbors,
        everything_is_still_there_when_it_is_opened_again,
        limits_are_named_with_what_broke_them,
        snapshots_are_found_by_revision_and_two_are_kept,
        damage_is_found_where_it_is,
        newer_schema_is_refused,
        closed_store_says_so,
    }
    leases {
        fence_grows_with_each_holder_and_stale_ones_are_refused,
        live_lease_is_held_against_others_and_lapsed_one_is_taken,
        lapsed_boards_are_listed_and_released_ones_too,
        renewal_tells_which_leases_were_lost,
        two_that_want_a_lapsed_lease_never_both_get_it,
        folder_is_taken_by_one_and_its_leases_end,
        closed_board_is_led_by_nobody_and_stays_as_it_was,
    }
    outbox {
        effects_leave_in_order_within_a_work_order_and_side_by_side_across,
        effect_that_is_not_due_waits_and_holds_nobody_up,
        failed_effect_holds_up_its_work_order_until_its_next_attempt,
        effect_of_a_dead_carrier_comes_back_and_late_failure_is_ignored,
        dead_letter_is_listed_lets_others_pass_and_is_queued_again_by_hand,
        effect_that_kills_its_carriers_is_buried,
        unclaimed_effect_is_cancelled_and_claimed_one_is_not,
        key_is_unique_until_it_is_pruned,
        carrier_gets_effects_of_boards_that_it_leads,
        concurrent_carriers_never_share_an_effect,
    }
    requests {
        same_request_gets_the_same_answer_and_writes_nothing,
        same_id_with_another_digest_is_refused,
        repetition_is_answered_whatever_became_of_the_lease,
        same_request_twice_at_once_is_written_once,
        better_answer_replaces_the_first_one,
        old_answers_are_pruned,
    }
    exports {
        exported_board_comes_back_as_it_was,
        half_a_file_and_changed_lines_are_refused,
    }
}

/// What one connection can show: a store in memory has no other.
mod memory {
    use crate::place::Place;

    macro_rules! in_memory {
        ($($group:ident :: $behavior:ident),* $(,)?) => {
            $(#[tokio::test]
            async fn $behavior() {
                crate::$group::$behavior(Place::memory().await).await;
            })*
        };
    }

    in_memory! {
        journal::records_come_back_in_order_and_page_by_page,
        journal::board_is_made_once_with_its_first_records,
        journal::wrong_revision_is_refused_and_nothing_is_written,
        journal::concurrent_appends_are_gapless_and_in_the_order_of_the_calls,
        journal::snapshots_are_found_by_revision_and_two_are_kept,
        leases::fence_grows_with_each_holder_and_stale_ones_are_refused,
        outbox::effects_leave_in_order_within_a_work_order_and_side_by_side_across,
        requests::same_request_gets_the_same_answer_and_writes_nothing,
        requests::better_answer_replaces_the_first_one,
    }
}
