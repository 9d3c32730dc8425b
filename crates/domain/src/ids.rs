//! Dense ids: positions in the problem's own lists, one type a noun.
//!
//! They are made only by validation and by the problem's iterators; callers outside speak labels.

macro_rules! dense_id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[repr(transparent)]
        pub struct $name(u32);

        impl $name {
            /// The id of the entry at `index` of the problem's list.
            ///
            /// # Panics
            /// When `index` exceeds `u32::MAX`, which every limit of the house forbids.
            #[inline]
            pub fn new(index: usize) -> Self {
                Self(u32::try_from(index).expect("list lengths are limited far below 2^32"))
            }

            /// The position in the problem's list.
            #[inline]
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
    )+};
}

dense_id!(
    /// A technician.
    TechnicianId,
    /// A shift: one technician on one day.
    ShiftId,
    /// A work order.
    WorkOrderId,
    /// A visit.
    VisitId,
    /// A located point.
    PlaceId,
    /// A warehouse or supply house where a route may stop for parts and tools.
    PickupId,
    /// A jurisdiction.
    JurisdictionId,
    /// A permit.
    PermitId,
    /// A kind of part.
    SkuId,
    /// A skill.
    SkillId,
    /// A license endorsement.
    EndorsementId,
    /// A portable tool.
    ToolId,
    /// A feature of a vehicle, such as a bucket truck.
    FeatureId,
);
