//! Routes that cannot be added without being described.

use axum::Router;
use axum::handler::Handler;
use axum::routing::{self, MethodRouter};

use super::operation::{Answer, Argument, Operation};
use crate::api::Shared;

/// Adds what a handler takes and answers to an operation.
type Describe = fn(&mut Operation<'_>);

/// A router whose routes are described.
#[derive(Default)]
pub(in crate::api) struct Api {
    router: Router<Shared>,
    routes: Vec<(&'static str, Method)>,
}

/// One method of a route, as the document sees it.
pub(super) struct Described<'a> {
    pub(super) path: &'a str,
    pub(super) method: &'static str,
    /// Of the handler: `module_function`.
    pub(super) name: String,
    pub(super) describe: Describe,
}

impl Api {
    /// Adds a route.
    pub(in crate::api) fn route(mut self, path: &'static str, methods: Methods) -> Self {
        self.router = self.router.route(path, methods.router);
        self.routes.extend(methods.methods.into_iter().map(|method| (path, method)));
        self
    }

    /// Adds the routes of another one.
    pub(in crate::api) fn merge(mut self, other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.routes.extend(other.routes);
        self
    }

    /// What serves the routes.
    pub(in crate::api) fn into_router(self) -> Router<Shared> {
        self.router
    }

    pub(super) fn described(&self) -> impl Iterator<Item = Described<'_>> {
        self.routes.iter().map(|(path, method)| Described {
            path,
            method: method.name,
            name: name_of(method.handler),
            describe: method.describe,
        })
    }
}

/// `jump_one` of `relay::api::jump::one`.
fn name_of(handler: &str) -> String {
    let mut parts = handler.rsplit("::");
    let (function, module) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    format!("{module}_{function}")
}

/// The methods of one route.
pub(in crate::api) struct Methods {
    router: MethodRouter<Shared>,
    methods: Vec<Method>,
}

struct Method {
    name: &'static str,
    handler: &'static str,
    describe: Describe,
}

/// A handler whose types say what it takes and answers.
pub(in crate::api) trait Describes<T> {
    /// Adds that to an operation.
    fn describe(operation: &mut Operation<'_>);
}

macro_rules! describes {
    ($($argument:ident),*) => {
        impl<F, Fut, Out, M, $($argument,)*> Describes<(M, $($argument,)*)> for F
        where
            F: FnOnce($($argument),*) -> Fut,
            Fut: Future<Output = Out>,
            Out: Answer,
            $($argument: Argument,)*
        {
            fn describe(operation: &mut Operation<'_>) {
                $($argument::describe(operation);)*
                Out::describe(operation);
            }
        }
    };
}

describes!();
describes!(A);
describes!(A, B);
describes!(A, B, C);
describes!(A, B, C, D);
describes!(A, B, C, D, E);
describes!(A, B, C, D, E, G);

macro_rules! methods {
    ($($name:ident),*) => {
        $(
            /// A route with this method.
            pub(in crate::api) fn $name<H, T>(handler: H) -> Methods
            where
                H: Handler<T, Shared> + Describes<T>,
                T: 'static,
            {
                let method = Method {
                    name: stringify!($name),
                    handler: std::any::type_name::<H>(),
                    describe: <H as Describes<T>>::describe,
                };
                Methods { router: routing::$name(handler), methods: vec![method] }
            }
        )*

    };
}

macro_rules! further_methods {
    ($($name:ident),*) => {
        impl Methods {
            $(
                /// The same route with this method, too.
                pub(in crate::api) fn $name<H, T>(mut self, handler: H) -> Self
                where
                    H: Handler<T, Shared> + Describes<T>,
                    T: 'static,
                {
                    let other = $name::<H, T>(handler);
                    self.router = self.router.merge(other.router);
                    self.methods.extend(other.methods);
                    self
                }
            )*
        }
    };
}

methods!(get, put, post, delete);
further_methods!(put, post, delete);
